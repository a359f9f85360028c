from . import integration_order_lines, mrp_bom, mrp_bom_line, product_product, product_template, sale_order_line
